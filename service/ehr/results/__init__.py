"""What does one result say, in any format of records?"""
