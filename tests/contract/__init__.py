"""WHAT IS PROMISED TO CALLERS AND OPERATORS? Seen from outside, whatever is inside."""
