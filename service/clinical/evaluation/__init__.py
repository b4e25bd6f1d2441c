"""Is the set met?"""
