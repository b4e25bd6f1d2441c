"""JSON in, JSON out: reads requests into panels, renders assessments, and says what is wrong with a request."""
