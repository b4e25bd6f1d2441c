"""What do our own codes and extensions mean?"""
