"""What writes the parts of documents that come from data, so that nothing is written twice."""
