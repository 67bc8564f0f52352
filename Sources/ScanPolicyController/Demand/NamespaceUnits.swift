// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Planning

/// What all policies together want of the images in one namespace.
struct NamespaceUnits: Derivation {
    let namespace: String
    /// One for each policy that looks there, in the order of the policies.
    let parts: [Derived<LocalDemand>]

    /// One image of the namespace, with the names that follow from it.
    struct Local: Hashable {
        let demand: ScanDemand
        /// The unit that it is part of.
        let id: String
        /// Under which id the namespace's refusal of its report is written down.
        let refusalID: String
        let reportName: String
    }

    /// By image.
    func value(in world: World) -> [ImageKey: Local] {
        var merged: [ImageKey: ScanDemand] = [:]
        for wanted in parts.lazy.flatMap(\.value.demands) where merged[wanted.image]?.merge(wanted) == nil {
            merged[wanted.image] = wanted
        }
        return merged.mapValues { demand in
            Local(
                demand: demand, id: ScanUnit.id(demand.realm, demand.image),
                refusalID: SchedulePass.refusalID(of: demand.image, in: namespace),
                reportName: ScanReport.name(demand.image.digest, demand.image.platform))
        }
    }
}

/// All units there are, by id.
struct AllUnits: Derivation {
    /// One for each namespace that a policy looks into.
    let namespaces: [Derived<[ImageKey: NamespaceUnits.Local]>]

    func value(in world: World) -> [String: ScanUnit] {
        var units: [String: ScanUnit] = [:]
        for local in namespaces.lazy.flatMap(\.value.values) {
            let demand = local.demand
            units[local.id, default: ScanUnit(id: local.id, demand.realm, demand.image, [:])]
                .demands[demand.namespace] = demand
        }
        return units
    }
}
