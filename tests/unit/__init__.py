"""DOES EACH MODULE DO ITS PART? The folders are those of service/."""
