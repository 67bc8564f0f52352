// SPDX-License-Identifier: Apache-2.0
import CustomResources
import KubernetesModel
import OCIModel
import Planning

/// What of a namespace's reports is not as the demand there would have it. At rest: nothing.
struct ReportCheck: Derivation {
    let namespace: String
    /// Nil when no policy looks there.
    let units: Derived<[ImageKey: NamespaceUnits.Local]>?

    struct Result: Hashable {
        /// Ids of the units that want something of this namespace that its report does not say.
        var restless: Set<String> = []
        /// Names of reports that nobody wants.
        var unwanted: [String] = []
    }

    func value(in world: World) -> Result {
        let reports = world[ScanReport.self]
        let wanted = units?.value ?? [:]
        var result = Result()
        for (image, local) in wanted where local.demand.isActive {
            let report = reports.object(ObjectKey(namespace: namespace, name: local.reportName))
            if let report, report.imageKey == image, report.answers(local.demand),
                report.isUsed(as: local.demand)
            {
                continue
            }
            result.restless.insert(local.id)
        }
        for report in reports.objects(in: namespace)
        where report.isManaged && report.hasOwnName && wanted[report.imageKey] == nil {
            result.unwanted.append(report.metadata.name)
        }
        result.unwanted.sort()
        return result
    }
}

/// The images that a namespace has reports of.
struct ReportedImages: Derivation {
    let namespace: String

    func value(in world: World) -> [ImageKey] {
        world[ScanReport.self].objects(in: namespace).filter(\.hasOwnName).map(\.imageKey).sorted()
    }
}

/// Where there are reports of an image.
struct ReportPlaces: Derivation {
    /// In the order of their names.
    let namespaces: [String]
    let images: [Derived<[ImageKey]>]

    init(in world: World) {
        namespaces = world[ScanReport.self].namespaces.sorted()
        images = namespaces.map { world.derived(ReportedImages(namespace: $0)) }
    }

    /// Namespaces by image, in order.
    func value(in world: World) -> [ImageKey: [String]] {
        var places: [ImageKey: [String]] = [:]
        for (namespace, images) in zip(namespaces, images) {
            for image in images.value { places[image, default: []].append(namespace) }
        }
        return places
    }
}

extension ScanReport {
    /// True when it says of its users what is demanded.
    func isUsed(as demand: ScanDemand) -> Bool {
        unusedSinceTime == nil && usedBy == SchedulePass.users(of: demand)
            && image.reference == demand.reference?.familiar ?? image.reference
            && image.isResolvedFromTag == demand.isResolvedFromTag
    }
}
