"""Which result counts?"""
