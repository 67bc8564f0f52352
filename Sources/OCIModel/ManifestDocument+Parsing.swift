// SPDX-License-Identifier: Apache-2.0
import Essentials
import JSONScan

/// Why a registry's answer is no manifest.
package enum ManifestError: Error, Hashable, Sendable, CustomStringConvertible {
    case notJSON(String)
    /// A media type that is not understood (schema 1, an HTML page), quoted.
    case unsupportedMediaType(String)
    /// The body says another media type than the header.
    case mediaTypeMismatch(header: String, body: String)
    /// The path of what is missing or wrong, and what was expected there.
    case invalid(path: String, expected: String)
    case tooManyChildren(limit: Int)

    package var description: String {
        switch self {
        case .notJSON(let reason): "the manifest is no JSON: \(reason)"
        case .unsupportedMediaType(let type): "the registry answered with media type \(quoted(type)), not a manifest"
        case .mediaTypeMismatch(let header, let body):
            "the header says \(quoted(header)), the manifest itself \(quoted(body))"
        case .invalid(let path, let expected): "the manifest's \(path) is not \(expected)"
        case .tooManyChildren(let limit): "the manifest lists more than \(limit) entries"
        }
    }
}

extension ManifestDocument {
    /// The most children or layers that are read.
    static let childLimit = 2_000

    /// Reads a manifest or index. `contentType` is the response's header; where it is absent, the document decides.
    package init(parsing bytes: [UInt8], contentType: String?) throws(ManifestError) {
        let document: JSONValue
        do { document = try JSONValue(parsing: bytes) } catch { throw .notJSON("\(error)") }
        try self.init(document, contentType: contentType)
    }

    init(_ document: JSONValue, contentType: String?) throws(ManifestError) {
        guard case .object = document else { throw .invalid(path: "document", expected: "an object") }
        let declared = document["mediaType"]?.stringValue
        let type: ManifestMediaType
        switch (contentType.map { ($0, ManifestMediaType(contentType: $0)) }, declared) {
        case (let (header, parsed)?, let body?):
            guard let parsed else { throw .unsupportedMediaType(header) }
            guard parsed.rawValue == body else { throw .mediaTypeMismatch(header: header, body: body) }
            type = parsed
        case (let (header, parsed)?, nil):
            guard let parsed else { throw .unsupportedMediaType(header) }
            type = parsed
        case (nil, let body?):
            guard let parsed = ManifestMediaType(rawValue: body) else { throw .unsupportedMediaType(body) }
            type = parsed
        case (nil, nil):
            type = document["manifests"] != nil ? .ociIndex : .ociManifest
        }
        // A document that is both would mean one thing to us and another to a runtime (CVE-2021-41190).
        let (other, wanted) = type.isIndex ? ("config", "manifests") : ("manifests", "config")
        guard document[other] == nil, document[other == "config" ? "layers" : other] == nil else {
            throw .invalid(path: other, expected: "absent beside \(wanted)")
        }
        self = type.isIndex ? .index(try ImageIndex(document)) : .image(try ImageManifest(document))
    }
}

extension ImageIndex {
    fileprivate init(_ document: JSONValue) throws(ManifestError) {
        manifests = try Descriptor.list(document["manifests"], path: "manifests")
    }
}

extension ImageManifest {
    fileprivate init(_ document: JSONValue) throws(ManifestError) {
        config = try Descriptor(document["config"], path: "config")
        layers = try Descriptor.list(document["layers"], path: "layers")
        artifactType = document["artifactType"]?.stringValue
    }
}

extension Descriptor {
    fileprivate static func list(_ value: JSONValue?, path: String) throws(ManifestError) -> [Descriptor] {
        guard let elements = value?.arrayValue else { throw .invalid(path: path, expected: "a list") }
        guard elements.count <= ManifestDocument.childLimit else {
            throw .tooManyChildren(limit: ManifestDocument.childLimit)
        }
        var descriptors: [Descriptor] = []
        for (index, element) in elements.enumerated() {
            descriptors.append(try Descriptor(element, path: "\(path)[\(index)]"))
        }
        return descriptors
    }

    fileprivate init(_ value: JSONValue?, path: String) throws(ManifestError) {
        guard let digest = value?["digest"]?.stringValue.flatMap(Digest.init) else {
            throw .invalid(path: path + ".digest", expected: "a sha256 or sha512 digest")
        }
        self.init(
            mediaType: value?["mediaType"]?.stringValue ?? "", digest: digest, size: value?["size"]?.integerValue ?? 0,
            platform: value?["platform"].flatMap(Platform.init(descriptor:)),
            annotations: (value?["annotations"]?.objectValue ?? [:]).compactMapValues(\.stringValue))
    }
}

extension Platform {
    fileprivate init?(descriptor: JSONValue) {
        guard let os = descriptor["os"]?.stringValue, let architecture = descriptor["architecture"]?.stringValue else {
            return nil
        }
        self.init(os: os, architecture: architecture, variant: descriptor["variant"]?.stringValue)
    }
}
