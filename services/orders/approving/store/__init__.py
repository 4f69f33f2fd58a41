"""What is kept and read about submissions, signatures and the sample."""
