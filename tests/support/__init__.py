"""The builders, servers and clients that tests share."""
