// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import KubernetesModel
import Planning

/// Jobs and their Pods, indexed once for a plan.
struct ScanSurvey {
    /// Our scan Jobs in the order of their keys.
    let jobs: [ScanJob]
    /// Jobs with our labels that we did not make: who has taken a name.
    let strangers: [ObjectKey: Job]
    private let jobsByImage: [ImageKey: [Int]]
    private let pods: [String: [Pod]]
    private let world: World
    private let now: Timestamp

    /// Looks at the Jobs of some namespaces (the operator's is always among them), or of all.
    init(of world: World, in namespaces: Set<String>? = nil, at now: Timestamp) {
        self.world = world
        self.now = now
        let looked = namespaces.map { $0.union([world.configuration.operatorNamespace]) }
        var jobs: [ScanJob] = []
        var strangers: [ObjectKey: Job] = [:]
        for namespace in world[Job.self].namespaces where looked?.contains(namespace) ?? true {
            let found = world.derived(ScanJobs(namespace: namespace)).value
            jobs += found.jobs
            strangers.merge(found.strangers) { first, _ in first }
        }
        self.jobs = jobs.sorted { $0.key < $1.key }
        self.strangers = strangers
        var byImage: [ImageKey: [Int]] = [:]
        for (index, job) in self.jobs.enumerated() {
            for unit in job.units { byImage[unit.image, default: []].append(index) }
        }
        jobsByImage = byImage
        pods = Self.pods(of: self.jobs, in: world)
    }

    /// By the uid of the Job that controls them; a Pod that only looks like ours has another controller.
    private static func pods(of jobs: [ScanJob], in world: World) -> [String: [Pod]] {
        let uids = Set(jobs.map(\.uid))
        var pods: [String: [Pod]] = [:]
        for namespace in Set(jobs.map(\.key.namespace)) {
            for pod in world[Pod.self].objects(in: namespace) {
                guard let controller = pod.metadata.controller, controller.kind == "Job", uids.contains(controller.uid)
                else { continue }
                pods[controller.uid, default: []].append(pod)
            }
        }
        return pods
    }

    func progress(of job: ScanJob) -> JobProgress {
        JobProgress(of: job, pods: pods[job.uid] ?? [], in: world, at: now)
    }

    /// The Jobs whose result for an image would be valid in a namespace.
    func jobs(for image: ImageKey, validIn namespace: String) -> [ScanJob] {
        (jobsByImage[image] ?? []).map { jobs[$0] }.filter {
            $0.realm == .operator || $0.realm == .workload(namespace: namespace)
        }
    }

    /// The Jobs that a unit is in.
    func jobs(for unit: ScanUnit) -> [ScanJob] {
        (jobsByImage[unit.image] ?? []).map { jobs[$0] }.filter { $0.realm == unit.realm }
    }
}

/// The scan Jobs of one namespace: what they were made for stands in them as text.
struct ScanJobs: Derivation {
    let namespace: String

    struct Found: Equatable {
        var jobs: [ScanJob] = []
        var strangers: [ObjectKey: Job] = [:]
    }

    func value(in world: World) -> Found {
        var found = Found()
        for job in world[Job.self].objects(in: namespace) where ScanJob.isOurs(job.metadata) {
            if let ours = ScanJob(job, operatorNamespace: world.configuration.operatorNamespace) {
                found.jobs.append(ours)
            } else {
                found.strangers[job.key] = job
            }
        }
        return found
    }
}

extension World {
    /// The report of an image in a namespace, if its content is that image's.
    func report(of image: ImageKey, in namespace: String) -> ScanReport? {
        let key = ObjectKey(namespace: namespace, name: ScanReport.name(image.digest, image.platform))
        guard let report = self[ScanReport.self].object(key), report.imageKey == image else { return nil }
        return report
    }
}

extension ScanReport {
    var imageKey: ImageKey { ImageKey(digest: image.digest, platform: image.platform) }

    /// True when it answers what is asked for.
    func covers(_ scanners: Set<ScannerKind>) -> Bool { scanner.scanners.isSuperset(of: scanners) }
}
