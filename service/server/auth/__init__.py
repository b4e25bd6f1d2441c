"""Who is calling?"""
