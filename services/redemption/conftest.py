"""The bench of redemption, for the tests of the service and of each of its features."""

from services.redemption.tests.bench import bench, shared_bench

__all__ = ["bench", "shared_bench"]
