// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import OCIModel

extension DiunImport {
    /// The lists of the file provider, as watches of the images that they name.
    mutating func addImages(_ lists: [(entries: [JSONValue], path: String)]) {
        var images: [JSONValue] = []
        for list in lists {
            for (index, entry) in list.entries.enumerated() {
                if let image = image(entry, at: "\(list.path)[\(index)]") { images.append(image) }
            }
        }
        for (number, start) in stride(from: 0, to: images.count, by: Self.imageLimit).enumerated() {
            let part = Array(images[start..<min(start + Self.imageLimit, images.count)])
            add(
                number == 0 ? "diun-images" : "diun-images-\(number + 1)", in: target.namespace,
                ["images": .array(part)])
        }
    }

    /// One entry of a list; nil where nothing of it can be watched.
    private mutating func image(_ entry: JSONValue, at path: String) -> JSONValue? {
        guard let name = entry["name"]?.stringValue else {
            note(path, nil, "it has no name; write the image as name")
            return nil
        }
        var options = defaults
        for (key, value) in members(of: entry) where key != "name" {
            read(key, value, at: "\(path).\(key)", into: &options)
        }
        let reference: ImageReference
        do throws(ImageReferenceError) {
            reference = try ImageReference(parsing: name)
        } catch {
            note("\(path).name", .string(name), "\(error); the entry is left out")
            return nil
        }
        guard reference.digest == nil || reference.tag != nil else {
            note(
                "\(path).name", .string(name),
                "nothing is newer than a digest; Diun compares the tag latest in its place. Name a tag")
            return nil
        }
        if !options.watchesRepository, entry["include_tags"] != nil || entry["exclude_tags"] != nil {
            note(path, .string(name), "without watch_repo only its own tag is looked at, whatever the patterns say")
        }
        let policy = options.policy
        if let problem = problem(of: policy) {
            note(path, .string(name), "\(problem); the entry is left out")
            return nil
        }
        // Without a tag only the newest of all is shown, as Diun does with watch_repo; else it means latest.
        let image = reference.tag == nil && !options.watchesRepository ? "\(name):latest" : name
        return ["image": .string(image), "policy": Self.json(policy)]
    }

    /// Reads an option by the name that lists and annotations have for it.
    mutating func read(_ name: String, _ value: JSONValue, at path: String, into options: inout DiunOptions) {
        switch name {
        case "watch_repo":
            guard let flag = DiunOptions.bool(value) else { return note(path, value, "write true or false") }
            options.watchesRepository = flag
            if flag { note(path, value, "only what is newer than what runs is told, not every tag that appears") }
        case "sort_tags":
            let known = ["", "default", "reverse", "semver", "lexicographical"]
            guard let order = value.stringValue, known.contains(order) else {
                return note(path, value, "write default, reverse, semver or lexicographical")
            }
            options.sortTags = order
            if order == "default" || order == "reverse" {
                note(path, value, "the order of a registry's list says nothing of age; versions are compared")
            }
        case "max_tags":
            if value.integerValue != 0 { note(path, value, "all tags are compared, and the newest one is told") }
        case "include_tags", "exclude_tags":
            readPatterns(name, value, at: path, into: &options)
        case "notify_on":
            if Set(DiunOptions.texts(value) ?? []) != ["new", "update"] {
                note(
                    path, value,
                    "the status has both; write spec.notify.events: NewVersion for new, DigestChanged for update")
            }
        case "regopt":
            note(path, value, "accounts are found by the image in the Secret that spec.credentials.secretRef names")
        case "platform": note(path, value, "the nodes that run an image decide which platforms it must have")
        case "metadata":
            for (key, _) in members(of: value) { note("\(path).\(key)", nil, "label and annotate the watch instead") }
        case "hub_link", "hub_tpl": note(path, nil, "no link is made")
        default: note(path, nil, "is no option of Diun's")
        }
    }

    private mutating func readPatterns(
        _ name: String, _ value: JSONValue, at path: String, into options: inout DiunOptions
    ) {
        guard let patterns = DiunOptions.texts(value) else { return note(path, value, "write a list of patterns") }
        let filled = patterns.filter { !$0.isEmpty }
        if name == "include_tags" {
            // One that is empty matches every tag.
            options.include = filled.count == patterns.count ? filled : []
        } else {
            if filled.count != patterns.count { note(path, "", "an empty pattern would exclude every tag") }
            options.exclude = filled
        }
    }

    /// Why a policy cannot be used.
    func problem(of policy: ImageWatchSpec.Policy) -> String? {
        for (name, patterns) in [("include", policy.tags?.include), ("exclude", policy.tags?.exclude)] {
            guard let patterns else { continue }
            if patterns.count > TagPolicy.patternLimit {
                return "\(name): more than \(TagPolicy.patternLimit) patterns"
            }
            if patterns.contains(where: { $0.count > 512 }) { return "\(name): a pattern of more than 512 characters" }
        }
        do throws(TagPolicyError) {
            _ = try TagSelector(
                TagPolicy(
                    .semanticVersion(nil), include: policy.tags?.include ?? [], exclude: policy.tags?.exclude ?? []))
            return nil
        } catch {
            return error.description
        }
    }

    static func json(_ policy: ImageWatchSpec.Policy) -> JSONValue {
        func list(_ texts: [String]?) -> JSONValue? { texts.map { .array($0.map(JSONValue.string)) } }
        let tags = policy.tags.map {
            JSONValue.compact(["include": list($0.include), "exclude": list($0.exclude)])
        }
        return .compact(["type": policy.type.map { .string($0.rawValue) }, "tags": tags])
    }
}
