"""What do hospital systems send, and what do they show?"""
