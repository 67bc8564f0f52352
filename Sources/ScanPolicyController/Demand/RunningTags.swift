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
        /// Those of them that only the tag tells, because no digest that the registry knows is said to run.
        var resolvedFromTag: Set<ImageKey> = []
        /// It is not known yet, or not now, what some Pods run.
        var isUndecided = false
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
            running[Name(reference), default: Tag()].add(content, reference, reading, platform, pullSecrets, in: world)
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

extension RunningTags.Tag {
    fileprivate mutating func add(
        _ content: ContainerReading.Content, _ reference: ImageReference, _ reading: ContainerReading,
        _ platform: Platform, _ pullSecrets: [String], in world: World
    ) {
        // Without an id the node has not shown that it may have this image.
        if reading.imageID.isEmpty { return }
        let running = RunningDigest(of: content, reference, in: world)
        wants.formUnion(running.wants)
        guard case .known(let digest, let isFromTag) = running.standing else {
            isUndecided = true
            return
        }
        let key = ImageKey(digest: digest, platform: platform)
        if !isFromTag {
            resolvedFromTag.remove(key)
        } else if images[key] == nil {
            resolvedFromTag.insert(key)
        }
        images[key, default: []].formUnion(pullSecrets)
    }
}

extension Pod {
    fileprivate var hasRunForJob: Bool {
        (phase == .succeeded || phase == .failed) && metadata.controller?.kind == "Job" && !metadata.isOptedOut
            && !ScanJob.isOurs(metadata)
    }
}
