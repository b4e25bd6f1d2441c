"""How we know that it works: each folder says for whom."""
