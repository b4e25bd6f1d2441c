"""What changed?"""
