"""What does a result say?"""
