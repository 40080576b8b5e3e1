//! Strategy: canary by replica ratio behind one Service.
