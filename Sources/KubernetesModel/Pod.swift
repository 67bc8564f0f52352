// SPDX-License-Identifier: Apache-2.0
import Essentials
import JSONScan

/// A Pod as far as scans need it: what it runs, where, under whom, and how its containers ended.
package struct Pod: KubernetesObject {
    package static let resource = ResourceType.pods

    package var metadata = ObjectMetadata()
    package var nodeName: String?
    package var imagePullSecrets: [String] = []
    package var phase = Phase.unknown
    /// Why the Pod as a whole failed (`Evicted`, `DeadlineExceeded`), empty otherwise.
    package var reason = ""
    package var message = ""
    /// All containers: init, main and ephemeral, injected ones included.
    package var containers: [Container] = []

    package enum Phase: String, Sendable {
        case pending = "Pending", running = "Running", succeeded = "Succeeded", failed = "Failed", unknown = "Unknown"
    }

    package init(metadata: ObjectMetadata) { self.metadata = metadata }

    package init(from scanner: inout JSONScanner) throws(JSONError) {
        var specs: [(String, String, Container.Role)] = []
        var statuses: [String: ContainerStatus] = [:]
        try scanner.readObject { (key, scanner) throws(JSONError) in
            switch key {
            case "metadata": metadata = try ObjectMetadata(from: &scanner)
            case "spec": try readSpec(from: &scanner, into: &specs)
            case "status": try readStatus(from: &scanner, into: &statuses)
            default: try scanner.skipValue()
            }
        }
        containers = specs.map { name, image, role in
            Container(name: name, image: image, role: role, status: statuses[name] ?? ContainerStatus())
        }
    }

    /// Of Pods that we did not make, only what they run is read: a container that crashes again and again is no news.
    package mutating func trim() {
        let creationTime = metadata.creationTime
        metadata.trimForReading()
        // Of the runs of a CronJob, the latest one counts.
        if metadata.controller?.kind == "Job" { metadata.creationTime = creationTime }
        if Job.labelSelector.allSatisfy({ metadata.labels[$0.key] == $0.value }) { return }
        (reason, message) = ("", "")
        for index in containers.indices { containers[index].status.trimToImage() }
    }

    /// Pods of one workload are listed one after the other, and differ in little.
    package mutating func share(with other: Pod) {
        metadata.share(with: other.metadata)
        if nodeName == other.nodeName { nodeName = other.nodeName }
        if imagePullSecrets == other.imagePullSecrets { imagePullSecrets = other.imagePullSecrets }
        if containers == other.containers { containers = other.containers }
    }

    private mutating func readSpec(
        from scanner: inout JSONScanner, into specs: inout [(String, String, Container.Role)]
    ) throws(JSONError) {
        try scanner.readObject { (key, scanner) throws(JSONError) in
            switch key {
            case "nodeName": nodeName = try scanner.readOptionalString()
            case "imagePullSecrets":
                try scanner.readArray { (scanner) throws(JSONError) in
                    try scanner.readObject { (key, scanner) throws(JSONError) in
                        switch key {
                        case "name": imagePullSecrets.append(try scanner.readString())
                        default: try scanner.skipValue()
                        }
                    }
                }
            case "initContainers": try Self.readSpecs(from: &scanner, role: .initialization, into: &specs)
            case "containers": try Self.readSpecs(from: &scanner, role: .main, into: &specs)
            case "ephemeralContainers": try Self.readSpecs(from: &scanner, role: .ephemeral, into: &specs)
            default: try scanner.skipValue()
            }
        }
    }

    private static func readSpecs(
        from scanner: inout JSONScanner, role: Container.Role, into specs: inout [(String, String, Container.Role)]
    ) throws(JSONError) {
        try scanner.readArray { (scanner) throws(JSONError) in
            var name = ""
            var image = ""
            try scanner.readObject { (key, scanner) throws(JSONError) in
                switch key {
                case "name": name = try scanner.readString()
                case "image": image = try scanner.readOptionalString() ?? ""
                default: try scanner.skipValue()
                }
            }
            specs.append((name, image, role))
        }
    }

    private mutating func readStatus(from scanner: inout JSONScanner, into statuses: inout [String: ContainerStatus])
        throws(JSONError)
    {
        try scanner.readObject { (key, scanner) throws(JSONError) in
            switch key {
            case "phase": phase = Phase(rawValue: try scanner.readString()) ?? .unknown
            case "reason": reason = try scanner.readOptionalString() ?? ""
            case "message": message = try scanner.readOptionalString() ?? ""
            case "initContainerStatuses", "containerStatuses", "ephemeralContainerStatuses":
                try scanner.readArray { (scanner) throws(JSONError) in
                    let (name, status) = try ContainerStatus.read(from: &scanner)
                    statuses[name] = status
                }
            default: try scanner.skipValue()
            }
        }
    }
}

/// One container of a Pod, of whatever role.
package struct Container: Hashable, Sendable {
    package var name: String
    /// As written in the Pod's spec.
    package var image: String
    package var role: Role
    package var status: ContainerStatus

    package enum Role: String, Sendable { case initialization, main, ephemeral }

    package init(name: String, image: String, role: Role = .main, status: ContainerStatus = ContainerStatus()) {
        self.name = name
        self.image = image
        self.role = role
        self.status = status
    }
}
