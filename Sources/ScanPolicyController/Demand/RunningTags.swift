// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Facts
import Findings
import KubernetesModel
import OCIModel
import Planning

/// What runs in a namespace, by the name and tag under which Pods know it. What must not be scanned is left out.
struct RunningTags: Derivation {
    let namespace: String

    /// What a Pod writes, as far as watches tell images apart.
    struct Name: Hashable {
        var repository: String
        var tag: String?

        init(_ reference: ImageReference) { (repository, tag) = (reference.name, reference.effectiveTag) }
    }

    struct Tag: Hashable {
        /// Images with the pull secrets of the Pods that run them.
        var images: [ImageKey: Set<String>] = [:]
        /// What has to be asked before it is known what some Pods run.
        var wants: Set<TagDigest> = []
    }

    func value(in world: World) -> [Name: Tag] {
        // A policy looks at no more; what a watch sees must not widen that.
        guard let metadata = world[Namespace.self][ObjectKey(name: namespace)]?.metadata, !metadata.isBeingDeleted,
            !metadata.isOptedOut, !world.configuration.excludedNamespaces.contains(namespace)
        else { return [:] }
        var running: [Name: Tag] = [:]
        func add(_ reading: ContainerReading, on platform: Platform, _ pullSecrets: [String]) {
            let content = world.derived(reading).value
            guard let reference = content.reference else { return }
            let name = Name(reference)
            var digest = content.digest
            if let question = content.foreign {
                running[name, default: Tag()].wants.insert(question)
                if case .held(let found) = ForeignContent(question, in: world) { digest = found }
            }
            guard let digest else { return }
            running[name, default: Tag()].images[ImageKey(digest: digest, platform: platform), default: []]
                .formUnion(pullSecrets)
        }
        for usage in world.derived(NamespaceRoster(namespace: namespace)).value.usages {
            guard let platform = usage.platform else { continue }
            for image in usage.images where !image.isNotPullable {
                add(image.reading, on: platform, usage.pullSecrets)
            }
        }
        // Between two runs of a CronJob, a watch compares with what ran last.
        world[Pod.self].forEach(in: namespace) { entry in
            guard let pod = entry.object, pod.hasRunForJob,
                let platform = pod.nodeName.flatMap({ world[Node.self].object(ObjectKey(name: $0))?.platform })
            else { return }
            for container in pod.containers {
                let reading = ContainerReading(image: container.image, imageID: container.status.imageID)
                add(reading, on: platform, pod.imagePullSecrets)
            }
        }
        return running
    }
}

extension Pod {
    fileprivate var hasRunForJob: Bool {
        (phase == .succeeded || phase == .failed) && metadata.controller?.kind == "Job" && !metadata.isOptedOut
            && !ScanJob.isOurs(metadata)
    }
}
