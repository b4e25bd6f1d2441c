"""Which drug is this?"""
