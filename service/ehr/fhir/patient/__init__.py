"""Whose results are these, and what else is known of the patient?"""
