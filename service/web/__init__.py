"""The page for people and the viewer of the contract: files and one form; every answer comes from the public API."""
