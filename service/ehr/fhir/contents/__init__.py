"""What was sent?"""
