"""What is known of the patient?"""
