"""What does the EHR ask, and which card does it show?"""
