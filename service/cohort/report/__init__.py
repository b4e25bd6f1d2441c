"""What does the cohort look like, and how often were the sets right?"""
