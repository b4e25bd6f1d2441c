"""How are messages written and read?"""
