package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"strconv"
	"time"
)

// A change is one line of the server's own log.
type change struct {
	Revision uint64 `json:"revision"`
	Resource string `json:"resource"`
	Type     string `json:"type"`
	UID      string `json:"uid"`
	Key      string `json:"key"`
	At       int64  `json:"at"`    // ns since 1970; nobody could see the change before
	Epoch    int    `json:"epoch"` // how often the revisions had gone back
	Bytes    int    `json:"bytes"` // of its line in a watch
	object   object
}

// An object as it was at one revision.
type object struct {
	uid, namespace string
	revision       uint64
	fields         map[string]json.RawMessage // without kind and apiVersion, as the items of a list are
}

type resource struct {
	name, kind, group string
	missing           bool
	objects           map[string]object // by namespace/name
	base              map[string]object // as they were before the first of changes
	changes           []change          // what a watch can still be given
	floor             uint64            // older revisions have expired
	streams           int               // watches opened so far; each has its number
	silent            [2]int            // watches with a number in [first, second) are given nothing
	drip              int               // bytes a second from the middle of the next line on; 0 for all
	cuts              int               // a watch opened before the last cut ends
	abort             bool              // it ends with a reset
}

var resourcesByPath = map[string]*resource{
	"/api/v1/pods":     {name: "pods", kind: "Pod", group: "v1"},
	"/api/v1/services": {name: "services", kind: "Service", group: "v1"},
	"/api/v1/nodes":    {name: "nodes", kind: "Node", group: "v1"},
	"/apis/discovery.k8s.io/v1/endpointslices": {name: "endpointslices", kind: "EndpointSlice", group: "discovery.k8s.io/v1"},
	"/apis/networking.k8s.io/v1/servicecidrs":  {name: "servicecidrs", kind: "ServiceCIDR", group: "networking.k8s.io/v1"},
	"/apis/apps/v1/replicasets":                {name: "replicasets", kind: "ReplicaSet", group: "apps/v1"},
	"/apis/batch/v1/jobs":                      {name: "jobs", kind: "Job", group: "batch/v1"},
}

type metadata struct {
	Name      string `json:"name"`
	Namespace string `json:"namespace"`
}

func quoted(text string) json.RawMessage { return json.RawMessage(strconv.Quote(text)) }

// Sets members of the object's metadata.
func (o *object) set(members map[string]string) {
	all := map[string]json.RawMessage{}
	json.Unmarshal(o.fields["metadata"], &all)
	for name, value := range members {
		all[name] = quoted(value)
	}
	o.fields = maps.Clone(o.fields)
	o.fields["metadata"], _ = json.Marshal(all)
}

// The object as JSON: only its metadata, and with kind and apiVersion, if wanted.
func (o object) json(r *resource, partial, typed bool) []byte {
	fields := map[string]json.RawMessage{}
	for name, value := range o.fields {
		if !partial || name == "metadata" {
			fields[name] = value
		}
	}
	if partial {
		fields["kind"], fields["apiVersion"] = quoted("PartialObjectMetadata"), quoted("meta.k8s.io/v1")
	} else if typed {
		fields["kind"], fields["apiVersion"] = quoted(r.kind), quoted(r.group)
	}
	text, _ := json.Marshal(fields)
	return text
}

func watchLine(kind string, object []byte) []byte {
	return fmt.Appendf(nil, `{"type":%q,"object":%s}`+"\n", kind, object)
}

// commit makes a change and writes it into the log; the lock is held. No TEXT: the object goes.
func (s *server) commit(r *resource, key string, text []byte) (change, error) {
	old, had := r.objects[key]
	made := change{Resource: r.name, Key: key, Type: "MODIFIED", Epoch: s.epoch}
	next := object{uid: old.uid, namespace: old.namespace, fields: old.fields}
	if text == nil {
		if !had {
			return made, fmt.Errorf("%s %s is not there", r.name, key)
		}
		made.Type = "DELETED"
	} else {
		var m metadata
		next.fields = map[string]json.RawMessage{}
		if err := json.Unmarshal(text, &next.fields); err != nil {
			return made, err
		}
		json.Unmarshal(next.fields["metadata"], &m)
		next.namespace = m.Namespace
		delete(next.fields, "kind")
		delete(next.fields, "apiVersion")
	}
	if !had {
		s.uids++
		made.Type = "ADDED"
		next.uid = fmt.Sprintf("00000000-0000-4000-8000-%012d", s.uids)
		next.set(map[string]string{"creationTimestamp": time.Now().UTC().Format(time.RFC3339)})
	} else if text != nil {
		var before struct{ CreationTimestamp string }
		json.Unmarshal(old.fields["metadata"], &before)
		next.set(map[string]string{"creationTimestamp": before.CreationTimestamp})
	}
	s.revision++
	next.revision, made.Revision, made.UID = s.revision, s.revision, next.uid
	next.set(map[string]string{"uid": next.uid, "resourceVersion": strconv.FormatUint(s.revision, 10)})
	made.object = next
	made.Bytes = len(watchLine(made.Type, next.json(r, false, true)))
	if made.Type == "DELETED" {
		delete(r.objects, key)
	} else {
		r.objects[key] = next
	}
	made.At = time.Now().UnixNano()
	r.changes = append(r.changes, made)
	s.history = append(s.history, made)
	s.wake()
	return made, nil
}

// at is what was there at a revision; false when nobody knows any more.
func (r *resource) at(revision uint64) (map[string]object, bool) {
	if revision < r.floor {
		return nil, false
	}
	there := maps.Clone(r.base)
	for _, c := range r.changes {
		if c.Revision > revision {
			break
		}
		if c.Type == "DELETED" {
			delete(there, c.Key)
		} else {
			there[c.Key] = c.object
		}
	}
	return there, true
}

// compact forgets history, as an API server does that starts again.
func (s *server) compact() {
	for _, r := range s.resources {
		r.base, _ = r.at(s.revision)
		r.changes, r.floor = nil, s.revision
	}
}

// restore goes back to an earlier revision, as after the restore of a snapshot of etcd.
func (s *server) restore(revision uint64) error {
	for _, r := range s.resources {
		there, ok := r.at(revision)
		if !ok {
			return fmt.Errorf("revision %d is gone", revision)
		}
		r.objects, r.base, r.changes, r.floor = there, maps.Clone(there), nil, revision
	}
	s.revision = revision
	s.epoch++
	s.wake()
	return nil
}
