"""What does a FHIR record say, and how is it answered?"""
