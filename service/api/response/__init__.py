"""What does the caller get?"""
