"""What matching does, one verb to a file."""
