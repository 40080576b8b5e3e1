//! JSON Patch (RFC 6902) on JSON values: diff by list keys, guards, inversion, atomic application.
