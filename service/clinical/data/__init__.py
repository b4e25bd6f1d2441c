"""The figures of the medicine as data, and the reader that refuses a slip in them."""
