// SPDX-License-Identifier: Apache-2.0
import CMemory
import Essentials
import Glibc
import JSONScan
import KubernetesModel
import Planning

/// Decodes Pods page by page as a list brings them and keeps what the store keeps; no server, so only for comparing one
/// version of the program with another.
struct ListFigure {
    let pods: Int
    private static let page = 500

    func run() {
        cmemory_spare()
        let before = Self.memory("VmRSS:")
        var snapshot = Snapshot<Pod>()
        var previous: Decoded<Pod>?
        for start in stride(from: 0, to: pods, by: Self.page) {
            let bytes = Array("[\((start..<min(start + Self.page, pods)).map(text).joined(separator: ","))]".utf8)
            var scanner = JSONScanner(bytes)
            do throws(JSONError) {
                try scanner.readArray { (scanner) throws(JSONError) in
                    let kept = Decoded.object(try Pod(from: &scanner)).kept(beside: previous)
                    snapshot[kept.metadata.key] = kept
                    previous = kept
                }
            } catch {
                print("error: \(error)")
                exit(1)
            }
        }
        previous = nil
        cmemory_trim()
        let line: JSONValue = [
            "name": "kept of Pods", "pods": .integer(Int64(snapshot.count)), "kilobytesBefore": .integer(before),
            "kilobytes": .integer(Self.memory("VmRSS:") - before), "kilobytesPeak": .integer(Self.memory("VmHWM:")),
        ]
        print(line.canonicalText)
    }

    private func text(_ index: Int) -> String {
        let deployment = index / 5
        let name = "web-\(deployment)-7d4b9c6f5-\(index % 5)"
        let environment = (0..<20).map {
            #"{"name":"SETTING_NUMBER_\#($0)","value":"a value of some length, number \#($0) of a container, and more"}"#
        }.joined(separator: ",")
        func container(_ name: String, _ image: String) -> String {
            #"{"name":"\#(name)","image":"\#(image)","env":[\#(environment)]}"#
        }
        func status(_ name: String, _ image: String, _ digest: Int) -> String {
            let id = "\(image)@sha256:\(String(0x1000_0000 + digest, radix: 16))" + String(repeating: "0", count: 56)
            return #"{"name":"\#(name)","imageID":"\#(id)","state":{"running":{"startedAt":"2026-01-01T00:00:00Z"}}}"#
        }
        let app = "registry.example.com/organisation/web-\(deployment % 300)"
        let proxy = "registry.example.com/organisation/proxy-\(deployment % 5)"
        return #"""
            {"metadata":{"name":"\#(name)","namespace":"bench-\#(deployment % 200)","uid":"00000000-0000-0000-0000-\#(index + 100_000_000_000)",
            "resourceVersion":"\#(index + 1000)","creationTimestamp":"2026-01-01T00:00:00Z","annotations":{"example.com/checksum":"0123456789012345678901234567890123456789"},
            "labels":{"app.kubernetes.io/name":"web-\#(deployment)","app.kubernetes.io/instance":"production","app.kubernetes.io/part-of":"shop","pod-template-hash":"7d4b9c6f5","tier":"frontend"},
            "ownerReferences":[{"apiVersion":"apps/v1","kind":"StatefulSet","name":"web-\#(deployment)","uid":"00000000-0000-0000-0001-\#(deployment + 100_000_000_000)","controller":true}]},
            "spec":{"nodeName":"hollow-\#(index % 50)","containers":[\#(container("app", app + ":v1")),\#(container("proxy", proxy + ":v1"))]},
            "status":{"phase":"Running","containerStatuses":[\#(status("app", app, deployment % 300)),\#(status("proxy", proxy, 300 + deployment % 5))]}}
            """#
    }

    /// A line of /proc/self/status, in kilobytes.
    private static func memory(_ name: String) -> Int64 {
        guard let file = fopen("/proc/self/status", "r") else { return 0 }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        while fgets(&line, 256, file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            guard text.hasPrefix(name) else { continue }
            return Int64(text.filter(\.isNumber)) ?? 0
        }
        return 0
    }
}
