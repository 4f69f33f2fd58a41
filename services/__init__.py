"""What is deployed: each package is one service; none imports another but embedded."""
