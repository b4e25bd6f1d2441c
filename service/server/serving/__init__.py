"""How does the process live?"""
