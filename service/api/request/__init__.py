"""What does the caller ask?"""
