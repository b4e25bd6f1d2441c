"""What may this result still be?"""
