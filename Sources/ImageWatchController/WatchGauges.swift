// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import Exposition
import KubernetesModel
import OCIModel
import Planning

/// What the statuses of all watches say, as the gauges of `/metrics/diun`: a function of the world.
package struct WatchGauges {
    package private(set) var families: [MetricFamily] = []
    /// Series beyond the limit.
    package private(set) var leftOut = 0
    /// What is newest of each outdated image, by watch, image and policy.
    package private(set) var news: [String: String] = [:]
    /// All channels, by namespace and name.
    package private(set) var channels: [String] = []
    /// When the newest watch was made.
    package private(set) var newestWatch: Timestamp?

    /// The most series of one answer.
    package static let defaultLimit = 10_000

    package init(of world: World, limit: Int = defaultLimit) {
        var (monitored, outdated, failing, bytes) = (0, 0, 0, 0)
        var images = MetricFamily(DiunCatalog.outdatedImage)
        var since = MetricFamily(DiunCatalog.outdatedSince)
        for watch in world[ImageWatch.self].objects().sorted(by: { $0.key < $1.key }) {
            guard let status = watch.observedStatus else { continue }
            func count(_ name: String) -> Int { Int(clamping: status.at("counts", name)?.integerValue ?? 0) }
            monitored += count("monitored")
            outdated += count("outdated")
            failing += count("failed")
            bytes += status.canonicalBytes.count
            if let made = watch.metadata.creationTime { newestWatch = max(newestWatch ?? made, made) }
            for image in watch.observedImages where image.outdated == true {
                news["\(watch.key) \(image.image) \(image.policy)"] =
                    "\(image.latest?.tag ?? "") \(image.latest?.digest ?? "")"
                for row in Self.rows(image, of: watch) {
                    guard images.samples.count + since.samples.count + 2 <= limit else {
                        leftOut += 2
                        continue
                    }
                    images.set(1, row.place + [row.current, row.latest])
                    if let time = image.outdatedSinceTime {
                        let labels = row.place + [(watch.spec.criticality ?? .normal).rawValue.lowercased()]
                        // Where two watches differ, the earlier time stands.
                        since.set(min(Double(time.seconds), since.samples[labels] ?? .infinity), labels)
                    }
                }
            }
        }
        var queue = MetricFamily(DiunCatalog.queue)
        for channel in world[Channel.self].objects().sorted(by: { $0.key < $1.key }) {
            channels.append("\(channel.key)")
            guard queue.samples.count < limit else {
                leftOut += 1
                continue
            }
            let pending = channel.observedStatus?["pending"]?.integerValue ?? 0
            queue.set(Double(pending), [LabelValue.clean("\(channel.key)")])
        }
        let counts = [
            MetricFamily(DiunCatalog.monitored, value: Double(monitored)),
            MetricFamily(DiunCatalog.outdated, value: Double(outdated)),
        ]
        families =
            counts + counts.map { $0.copy(as: TrivyCatalog.current($0.description)) } + [
                images, since, queue, MetricFamily(DiunCatalog.failing, value: Double(failing)),
                MetricFamily(DiunCatalog.stateBytes, value: Double(bytes)),
            ]
    }

    private struct Row {
        var place: [String]
        var current: String
        var latest: String
    }

    /// One for each workload that runs the image; for an image that none does, one without a workload.
    private static func rows(_ image: ImageWatchStatus.Image, of watch: ImageWatch) -> [Row] {
        let reference: ImageReference
        do throws(ImageReferenceError) { reference = try ImageReference(parsing: image.image) } catch { return [] }
        let users = image.usedBy.map { ($0.namespace ?? watch.metadata.namespace, $0.name) }
        return (users.isEmpty ? [(watch.metadata.namespace, "")] : users).map { namespace, name in
            let place = [namespace, name, reference.name, reference.registry].map(LabelValue.clean)
            return Row(
                place: place, current: LabelValue.clean(image.running?.tag ?? ""),
                latest: LabelValue.clean(image.latest?.tag ?? ""))
        }
    }
}
