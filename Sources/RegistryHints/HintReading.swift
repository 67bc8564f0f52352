// SPDX-License-Identifier: Apache-2.0
import Essentials
import JSONScan
import OCIModel
import Planning

/// The repositories that a hint names. Nothing else of it is read: what a repository holds is asked of its registry.
package enum HintReading {
    /// The most repositories of one hint; beyond, the next regular check finds what is new.
    package static let limit = 100
    private static let limits = JSONLimits(
        maximumDepth: 64, maximumBytes: HintRequest.bodyLimit, maximumValues: 100_000)

    /// Nil for a body that is none of that sender's. Empty: it tells of something else, of a pull or that it is there.
    package static func repositories(_ body: [UInt8], from provider: HintProvider) -> [HintedRepository]? {
        let document: JSONValue
        do throws(JSONError) { document = try JSONValue(parsing: body, limits: limits) } catch { return nil }
        guard document.objectValue != nil else { return nil }
        let found: [HintedRepository?]?
        switch provider {
        case .distribution: found = distribution(document)
        case .github: found = github(document)
        case .dockerhub: found = dockerHub(document)
        case .harbor: found = harbor(document)
        case .quay: found = document["repository"].map { [named($0.stringValue)] }
        }
        guard let found else { return nil }
        var seen: Set<HintedRepository> = []
        return Array(found.compactMap(\.self).filter { seen.insert($0).inserted }.prefix(limit))
    }

    /// Envelope of events (distribution, "Notifications"). Layers and the parts of an index are told of too, before the tag is
    /// there; they change nothing, and a check at that time would find nothing and delay the one that does.
    private static func distribution(_ document: JSONValue) -> [HintedRepository?]? {
        document["events"]?.arrayValue?.map { event in
            let isTagged = event.at("target", "tag")?.stringValue?.isEmpty == false
            switch event["action"]?.stringValue {
            case "push": guard isTagged else { return nil }
            case "delete": break
            default: return nil
            }
            return named(event.at("target", "repository")?.stringValue)
        }
    }

    /// A ping has neither package.
    private static func github(_ document: JSONValue) -> [HintedRepository?]? {
        guard let package = document["package"] ?? document["registry_package"] else {
            return document["zen"] == nil && document["hook"] == nil ? nil : []
        }
        guard package["package_type"]?.stringValue?.lowercased() == "container" else { return [] }
        let owner = package["namespace"]?.stringValue ?? package.at("owner", "login")?.stringValue
        guard let owner, let name = package["name"]?.stringValue else { return nil }
        return [named("\(owner)/\(name)".lowercased(), on: "ghcr.io")]
    }

    private static func dockerHub(_ document: JSONValue) -> [HintedRepository?]? {
        guard let name = document.at("repository", "repo_name")?.stringValue else { return nil }
        return [named(name.contains("/") ? name : "library/\(name)", on: "docker.io")]
    }

    /// The format of its own, or a CloudEvent.
    private static func harbor(_ document: JSONValue) -> [HintedRepository?]? {
        guard let type = document["type"]?.stringValue,
            let repository = (document["event_data"] ?? document["data"])?["repository"]
        else { return nil }
        let words = type.lowercased()
        guard words.contains("push") || words.contains("delete") || words.contains("replication") else { return [] }
        if let name = repository["repo_full_name"]?.stringValue { return [named(name)] }
        guard let space = repository["namespace"]?.stringValue, let name = repository["name"]?.stringValue else {
            return nil
        }
        return [named("\(space)/\(name)")]
    }

    /// Nil for what can be no repository.
    private static func named(_ path: String?, on registry: String? = nil) -> HintedRepository? {
        guard let path, path.contains("/") || registry == nil else { return nil }
        do throws(ImageReferenceError) {
            let reference = try ImageReference(parsing: "registry.example/\(path)")
            guard reference.repository == path else { return nil }
            return HintedRepository(registry: registry, path: path)
        } catch {
            return nil
        }
    }
}
