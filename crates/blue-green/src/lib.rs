//! Strategy: blue/green by switching a Service.
