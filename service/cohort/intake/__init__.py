"""What does the table say?"""
