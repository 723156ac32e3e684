//! Properties: any season whose lines name their slips, in one file or in several that overlap, in any order.
