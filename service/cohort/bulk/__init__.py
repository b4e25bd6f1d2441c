"""What do the criteria say of every patient of an export?"""
