"""What do codes mean?"""
