"""What do the counts come to?"""
