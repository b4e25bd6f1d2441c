"""What does an HL7 v2 message say, and how is it acknowledged?"""
